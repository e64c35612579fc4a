#!/bin/sh
# validate.sh OUT - the golden pages for browsers, by html-validate and axe-core, which npm fetches
# once into OUT. Exit 1 where one finds anything, 4 where they cannot be had.
set -eu
cd "$(dirname "$0")/../.."
out=$1
mkdir -p "$out"
if [ ! -d "$out/node_modules/axe-core" ]; then
    npm install --silent --no-audit --no-fund --prefix "$out" \
        html-validate@10.17.0 axe-core@4.14.1 jsdom@26.1.0 ||
        { echo "validate: npm could not fetch the validators" >&2; exit 4; }
fi
NODE_PATH=$out/node_modules node tests/page/validate.js tests/golden/page/*.html
echo "validate: all pages are valid"
