# What a preset costs, before it is run.

import os


rule plan:
    """Print jobs, runs, steps and estimated hours of this preset; writes nothing but a log."""
    params:
        config=json.dumps(config, sort_keys=True),
        cores=os.cpu_count(),
    log:
        f"{RESULTS}/logs/plan.log",
    message:
        "Measuring the training rate"
    localrule: True
    shell:
        "{PYTHON} scripts/plan.py --config-json {params.config:q} --cores {params.cores} --log {log}"
