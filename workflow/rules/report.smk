# What a reader opens: pages of the web report, and the written report as a PDF.

PAPER_SOURCES = sorted(str(path) for path in Path("paper").glob("*.*"))
PAGE_LOOK = [f"src/emergence/report/page.{kind}" for kind in ("css", "js")]

if config["source"] == "shipped":
    SHIPPED_MANIFEST = {"shipped": f"{SHIPPED}/manifest.json"}
else:
    SHIPPED_MANIFEST = {}


rule page:
    """A page of the web report: claims, discrepancies or predictions, sortable."""
    input:
        code("page.py"),
        PAGE_LOOK,
        tables=lambda w: page_tables(w.page),
    output:
        report(
            f"{RESULTS}/pages/{{page}}.html",
            caption="../report/page.rst",
            category=lambda w: w.page.capitalize(),
            labels=lambda w: {"table": PAGES[w.page][0]},
        ),
    log:
        f"{RESULTS}/logs/page/{{page}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/page/{{page}}.tsv"
    wildcard_constraints:
        page="|".join(PAGES),
    conda:
        CONDA
    resources:
        mem_mb=more(500),
        runtime=more(30),
    params:
        title=lambda w: PAGES[w.page][0],
    message:
        "Page of the web report: {wildcards.page}"
    shell:
        "python scripts/page.py --title {params.title:q} --table {input.tables}"
        " --output {output} --log {log}"


use rule page as table_page with:
    """A page of the web report: one of the paper's tables, sortable."""
    input:
        code("page.py"),
        PAGE_LOOK,
        tables=f"{RESULTS}/tables/{{table}}.csv",
    output:
        report(
            f"{RESULTS}/pages/{{table}}.html",
            caption="../report/table.rst",
            category="Tables",
            labels=lambda w: {
                "table": str(int(w.table.removeprefix("table"))),
                "subject": TABLE_SUBJECTS[w.table],
            },
        ),
    log:
        f"{RESULTS}/logs/table_page/{{table}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/table_page/{{table}}.tsv"
    wildcard_constraints:
        table="|".join(TABLES),
    params:
        title=lambda w: f"Table {int(w.table.removeprefix('table'))}: {TABLE_SUBJECTS[w.table]}",
    message:
        "Page of the web report: {wildcards.table}"


rule facts:
    """What the written report names."""
    input:
        code("facts.py"),
        "config/default.yaml",
        "config/paper.yaml",
        f"{RESULTS}/claims.csv",
        f"{RESULTS}/discrepancies.csv",
        *(f"{RESULTS}/fits/{name}.json" for name in CALIBRATION.values()),
        **SHIPPED_MANIFEST,
        captions=["workflow/report/figure.rst", "workflow/report/table.rst"],
    output:
        f"{RESULTS}/paper/facts.json",
    log:
        f"{RESULTS}/logs/facts.log",
    benchmark:
        f"{RESULTS}/benchmarks/facts/facts.tsv"
    conda:
        CONDA
    resources:
        mem_mb=more(500),
        runtime=more(30),
    params:
        results=lambda w, output: Path(output[0]).parents[1],
        config=json.dumps(config, sort_keys=True),
        exhibits=json.dumps(exhibits(), sort_keys=True),
        captions=lambda w, input: [f"--caption {Path(path).stem} {path}" for path in input.captions],
        shipped=lambda w, input: (f"--shipped-manifest {input.shipped}" if SHIPPED_MANIFEST else ""),
    message:
        "Collecting what the written report names"
    shell:
        "python scripts/facts.py --config-json {params.config:q} {params.shipped}"
        " --results {params.results} --exhibits-json {params.exhibits:q} {params.captions}"
        " --output {output} --log {log}"


# After the manifest, whose costs it prints; what it makes is recorded for itself.
rule paper:
    """The written report, results/{preset}/paper.pdf."""
    input:
        code("paper.py"),
        PAPER_SOURCES,
        products(),  # all that the manifest names is compared with it
        **SHIPPED_MANIFEST,
        manifest=f"{RESULTS}/manifest.json",
        source="paper/paper.typ",
    output:
        pdf=report(
            f"{RESULTS}/paper.pdf",
            caption="../report/paper.rst",
            category="Paper",
            labels={"document": "the written report"},
        ),
        cost=f"{RESULTS}/paper/cost.json",
        record=PAPER_RECORD,
    log:
        f"{RESULTS}/logs/paper.log",
    conda:
        CONDA
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        results=lambda w, output: Path(output.pdf).parent,
        watts=config["cost"]["watts_per_core"],
        shipped=lambda w, input: (f"--shipped-manifest {input.shipped}" if SHIPPED_MANIFEST else ""),
    message:
        "Typesetting the written report"
    shell:
        "python scripts/paper.py --source {input.source} --results {params.results}"
        " --manifest {input.manifest} {params.shipped} --watts-per-core {params.watts}"
        " --cost-output {output.cost} --output {output.pdf} --record-output {output.record}"
        " --log {log}"
