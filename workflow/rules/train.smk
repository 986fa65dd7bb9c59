# Training: one job per shard. A killed job leaves its checkpoint; the same command continues.


# Quoted, so that a variable in it is expanded on the node.
SCRATCH = config["training"]["scratch"]
SCRATCH = f"--scratch {shlex.quote(SCRATCH)}" if SCRATCH else ""


rule train:
    """Train the runs of one job; a killed job continues from its checkpoint."""
    input:
        code=lambda w: code("train.py", without=other_networks(w.experiment)),
        settings=f"{RESULTS}/settings/{{experiment}}.json",
        data=f"{RESULTS}/data/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    output:
        f"{RESULTS}/runs/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    log:
        f"{RESULTS}/logs/train/{{experiment}}/{{value}}/{{first}}-{{last}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{experiment}}/{{value}}/{{first}}-{{last}}.tsv"
    conda:
        CONDA
    threads: config["training"]["threads"]
    resources:
        # no parameters: when and where a job saves itself, and in how many parts it sums, is no
        # reason to train again
        checkpoint_seconds=str(config["training"]["checkpoint_seconds"]),
        gpu_memory_mb=str(config["training"]["gpu_memory_mb"]),
        scratch=SCRATCH,
        mem_mb=lambda w, attempt: attempt * training_cost(w)[1],
        runtime=lambda w, attempt: minutes(training_cost(w)[0], attempt),
        gpu=lambda w: int(costs.needs_gpu(training_settings(w.experiment))),
    params:
        settings=lambda w: settings_of(w.experiment),
        checkpoint=f"{RESULTS}/checkpoints/{{experiment}}/{{value}}/{{first}}-{{last}}.npz",
    message:
        "Training: {wildcards.experiment} {wildcards.value}, runs {wildcards.first}-{wildcards.last}"
    shell:
        # exec: no shell stands between a signal and the script, which saves its state on SIGTERM
        "exec python scripts/train.py --settings {input.settings} --data {input.data}"
        " --output {output} --checkpoint {params.checkpoint}"
        " --checkpoint-seconds {resources.checkpoint_seconds} {resources.scratch}"
        " --gpu-memory-mb {resources.gpu_memory_mb} --threads {threads} --log {log}"
