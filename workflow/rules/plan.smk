# What a preset costs, before it is run.

import os


rule plan:
    """Print jobs, runs, steps and estimated hours of this preset; writes nothing but a log."""
    log:
        f"{RESULTS}/logs/plan.log",
    localrule: True
    conda:
        CONDA
    params:
        config=json.dumps(config, sort_keys=True),
        cores=os.cpu_count(),
    message:
        "Measuring the training rate"
    shell:
        "python scripts/plan.py --config-json {params.config:q} --cores {params.cores} --log {log}"
