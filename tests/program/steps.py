#!/usr/bin/env python3
"""steps.py github|gitlab TEMPLATE FOLDER - the steps of a template, run in a shell as its server's runner would.

FOLDER is the checkout. Of github each `run` is a shell of its own (bash -e, as the runner starts it), a step after one that
failed only where its `if` says so; `uses` is not run, but the paths that it uploads have to be there. Of gitlab before_script
and script are one shell, after_script is another, and artifacts have to be there. Prints a line for each step; the exit code is
that of the job. Expressions are read from the environment: vars.NAME is NAME.
"""
import os, re, subprocess, sys, yaml

kind, template, folder = sys.argv[1:4]
job_of = yaml.safe_load(open(template))
env = dict(os.environ)


def expand(text):
    def value(match):
        what = match.group(1)
        known = {"github.workspace": os.path.abspath(folder), "github.sha": "0" * 40}
        return env.get(what[5:], "") if what.startswith("vars.") else known[what]
    return re.sub(r"\$\{\{ ([a-z.A-Z0-9_]+) \}\}", value, str(text))


def shell(name, script, *command):
    sys.stdout.flush()
    code = subprocess.run([*command, script], cwd=folder, env=env).returncode
    print("step %s: exit %d" % (name, code))
    return code


def there(path):
    if not os.path.exists(os.path.join(folder, path)):
        sys.exit("steps: %s is not there" % path)


def github():
    (job,) = job_of["jobs"].values()
    code = 0
    env.update({k: expand(v) for k, v in job_of.get("env", {}).items()}, GITHUB_ACTIONS="true")
    for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT"):
        env[name] = os.path.join(os.path.abspath(folder), name)
    for step in job["steps"]:
        always = step.get("if") == "${{ !cancelled() }}"
        assert always or "if" not in step, step
        if code and not always:
            print("step %s: skipped" % step.get("name", step.get("uses")))
        elif "run" in step:
            code = shell(step["name"], expand(step["run"]), "bash", "-e", "-c") or code
        elif "upload-artifact" in step["uses"]:
            there(step["with"]["path"])
    return code


def gitlab():
    (job,) = (v for v in job_of.values() if isinstance(v, dict) and "script" in v)
    env["CI_PROJECT_DIR"] = os.path.abspath(folder)
    for name, value in job["variables"].items():
        env[name] = re.sub(r"\$([A-Z_]+)", lambda m: env[m.group(1)], value)
    code = shell("script", "\n".join(job["before_script"] + job["script"]), "sh", "-e", "-c")
    shell("after_script", "\n".join(job["after_script"]), "sh", "-e", "-c")
    for path in job["artifacts"]["paths"] + [job["artifacts"]["reports"]["junit"]]:
        there(path)
    return code


sys.exit({"github": github, "gitlab": gitlab}[kind]())
