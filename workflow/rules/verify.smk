# The manifest of each paper's results, and the check of all of them.


def timed_jobs(paper):
    """Jobs behind the outputs that have a benchmark table each, as rule/name, but for shards."""
    declared = PAPERS[paper]
    names = {
        "products": [name for name, product in declared.products.items() if not product.evidence],
        "figure": declared.figures,
        "table": declared.tables,
        "page": declared.pages,
        "facts": ["facts"],
    }
    if config["source"] == "train":
        names["aggregate"] = experiments(paper)
    return [f"{rule}/{name}" for rule in names for name in names[rule]]


rule manifest:
    """Hashes of all outputs of a paper, versions, machine, seconds per rule."""
    input:
        outputs=lambda w: outputs(w.paper),
    output:
        f"{RESULTS}/{{paper}}/manifest.json",
    log:
        f"{RESULTS}/{{paper}}/logs/manifest.log",
    group:
        "ending"
    resources:
        mem_mb=more(500),
        runtime=more(30),
    params:
        scripts=scripts,
        code=code("emergence.verify.manifest"),
        config=lambda w: text_of(CONFIG[w.paper]),
        benchmarks=lambda w: f"{RESULTS}/{w.paper}/benchmarks",
        jobs=lambda w: timed_jobs(w.paper),
        sharded="generate train" if config["source"] == "train" else "",
        runs=lambda w: f"--runs {RESULTS}/{w.paper}/runs" if config["source"] == "train" else "",
    message:
        "Hashing all outputs of {wildcards.paper}"
    shell:
        "python {params.scripts}/manifest.py --config-json {params.config:q}"
        " --benchmarks {params.benchmarks} --jobs {params.jobs} --sharded-rules {params.sharded}"
        " {params.runs} --outputs {input.outputs} --output {output} --log {log}"


# A file, as Snakemake prints the command of a job that fails.
rule expected:
    """What the workflow makes of a paper, by which configuration, and that of its own protocol."""
    output:
        f"{RESULTS}/{{paper}}/expected.json",
    log:
        f"{RESULTS}/{{paper}}/logs/expected.log",
    localrule: True
    params:
        text=lambda w: text_of(
            {
                "config": CONFIG[w.paper],
                "outputs": outputs(w.paper),
                "protocol": protocol(w.paper),
            }
        ),
    message:
        "Listing the outputs of {wildcards.paper}"
    shell:
        "printf %s {params.text:q} > {output} 2> {log}"


# None of the outputs is an input: verify judges what is there, and rebuilds nothing first.
rule verify:
    """Fail if an output is missing, altered or of other settings, or a claim fails unexplained."""
    input:
        [f"{RESULTS}/{paper}/expected.json" for paper in PAPERS],
    log:
        f"{RESULTS}/verify.log",
    localrule: True
    params:
        scripts=scripts,
    message:
        "Verifying outputs and claims"
    shell:
        "python {params.scripts}/verify.py --expected {input} --log {log}"
