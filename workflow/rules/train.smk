# From settings to trained networks. Training: one job per shard. A killed job leaves its
# checkpoint; the same command continues.


rule settings:
    """The settings of one experiment, as every later stage reads them."""
    output:
        f"{RESULTS}/{{paper}}/settings/{{experiment}}.json",
    log:
        f"{RESULTS}/{{paper}}/logs/settings/{{experiment}}.log",
    localrule: True
    params:
        scripts=scripts,
        settings=lambda w: text_of(settings_of(w.paper, w.experiment)),
    message:
        "Settings of experiment {wildcards.experiment}"
    shell:
        "python {params.scripts}/settings.py --json {params.settings:q} --output {output} --log {log}"


rule generate:
    """What is drawn once for the runs of one training job: of each run, and training sets."""
    input:
        settings=f"{RESULTS}/{{paper}}/settings/{{experiment}}.json",
    output:
        f"{RESULTS}/{{paper}}/data/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    log:
        f"{RESULTS}/{{paper}}/logs/generate/{{experiment}}/{{value}}/{{first}}-{{last}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/generate/{{experiment}}/{{value}}/{{first}}-{{last}}.tsv"
    group:
        "shard"
    resources:
        mem_mb=lambda w, attempt: attempt * training_cost(w)[1],
        runtime=more(10),
    params:
        scripts=scripts,
        code=lambda w: generating_code(w.paper, w.experiment),
        settings=lambda w: text_of(settings_of(w.paper, w.experiment)),
        runs=lambda w: int(w.last) - int(w.first) + 1,
    message:
        "Data: {wildcards.experiment} {wildcards.value}, runs {wildcards.first}-{wildcards.last}"
    shell:
        "python {params.scripts}/generate.py --settings {input.settings} --value {wildcards.value}"
        " --first-run {wildcards.first} --runs {params.runs} --output {output} --log {log}"


# Quoted, so that a variable in it is expanded on the node.
SCRATCH = config["training"]["scratch"]
SCRATCH = f"--scratch {shlex.quote(SCRATCH)}" if SCRATCH else ""


rule train:
    """Train the runs of one job; a killed job continues from its checkpoint."""
    input:
        settings=f"{RESULTS}/{{paper}}/settings/{{experiment}}.json",
        data=f"{RESULTS}/{{paper}}/data/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    output:
        f"{RESULTS}/{{paper}}/runs/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    log:
        f"{RESULTS}/{{paper}}/logs/train/{{experiment}}/{{value}}/{{first}}-{{last}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/train/{{experiment}}/{{value}}/{{first}}-{{last}}.tsv"
    group:
        "shard"
    threads: config["training"]["threads"]
    resources:
        # no parameters: when and where a job saves itself, and in how many parts it sums, is no
        # reason to train again
        checkpoint_seconds=str(config["training"]["checkpoint_seconds"]),
        gpu_memory_mb=str(config["training"]["gpu_memory_mb"]),
        scratch=SCRATCH,
        shipped=lambda w: shlex.quote(f"{SHIPPED}/{w.paper}"),
        mem_mb=lambda w, attempt: attempt * training_cost(w)[1],
        runtime=lambda w, attempt: minutes(training_cost(w)[0], attempt),
        gpu=lambda w: int(costs.needs_gpu(settings_of(w.paper, w.experiment))),
    params:
        scripts=scripts,
        code=lambda w: training_code(w.paper, w.experiment),
        settings=lambda w: text_of(settings_of(w.paper, w.experiment)),
        checkpoint=f"{RESULTS}/{{paper}}/checkpoints/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    message:
        "Training: {wildcards.experiment} {wildcards.value}, runs {wildcards.first}-{wildcards.last}"
    shell:
        # exec: no shell stands between a signal and the script, which saves its state on SIGTERM
        "exec python {params.scripts}/train.py --settings {input.settings} --data {input.data}"
        " --output {output} --checkpoint {params.checkpoint}"
        " --checkpoint-seconds {resources.checkpoint_seconds} {resources.scratch}"
        " --shipped {resources.shipped} --gpu-memory-mb {resources.gpu_memory_mb} --threads {threads} --log {log}"
