#!/usr/bin/env python3
"""sarif_check.py LOG - is it a log of SARIF 2.1.0 by the public schema, with rules that are there,
fingerprints that differ, and messages that neither link nor take arguments? Exit 1 if not."""
import json
import re
import sys

import jsonschema

with open("tests/page/schemas/sarif-2.1.0-rtm.4.json", encoding="utf-8") as f:
    schema = json.load(f)
with open(sys.argv[1], encoding="utf-8") as f:
    log = json.load(f)
jsonschema.Draft4Validator(schema).validate(log)
run = log["runs"][0]
rules = run["tool"]["driver"]["rules"]
seen = set()
for result in run["results"]:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"], result
    mark = result["partialFingerprints"]["doppel/v1"]
    assert mark not in seen, mark
    seen.add(mark)
    text = result["message"]["text"]
    assert not re.search(r"(?<!\\)[\[\]]", text), text
    assert not re.search(r"(?<!\{)\{(?:\{\{)*(?!\{)", text), text
    at = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert run["artifacts"][at["index"]]["location"]["uri"] == at["uri"], at
