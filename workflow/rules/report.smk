# What a reader opens: pages of the web report, and the written report as a PDF.


def shipped_manifest(paper):
    """The manifest of shipped runs, where this preset took them."""
    if config["source"] == "train":
        return {}
    return {"shipped": f"{SHIPPED}/{paper}/manifest.json"}


def judged(paper):
    """Tables of claims and discrepancies of a paper, as far as it has them."""
    kinds = [kind for kind in ("claims", "discrepancies") if kind in PAPERS[paper].products]
    return {kind: f"{RESULTS}/{paper}/{kind}.csv" for kind in kinds}


def page_tables(w):
    """Tables that a page of the web report shows."""
    return [located(w.paper, path) for path in PAPERS[w.paper].pages[w.page].paths]


def page_content(w, input):
    """Words of a command that name what a page shows: tables, or a chart of tables."""
    page = PAPERS[w.paper].pages[w.page]
    if not page.chart:
        joined = ["pandas:concat", "--arguments", '{"ignore_index": true}', "--inputs", "objs"]
        return shlex.join(["--function", *joined, *input.tables])
    function, arguments = PAPERS[w.paper].module(page.chart), exhibit_arguments(w, "page")
    words = ["--function", function, "--arguments", arguments]
    return f"{shlex.join(words)} {input_words(w.paper, page.tables)}"


def page_code(w):
    """Module that makes a page."""
    page = PAPERS[w.paper].pages[w.page]
    if not page.chart:
        return meaning("emergence.report.pages")
    return meaning("emergence.report.charts", PAPERS[w.paper].module(page.chart).split(":")[0])


rule page:
    """A page of the web report: a table that sorts and filters itself, or an interactive chart."""
    input:
        tables=page_tables,
    output:
        report(
            f"{RESULTS}/{{paper}}/pages/{{page}}.html",
            caption="../report/exhibit.rst",
            category="{paper}",
            subcategory=lambda w: "Charts" if entry_of(w, "page").chart else "Tables",
            labels=lambda w: {
                "chart" if entry_of(w, "page").chart else "table": label_of(w.page),
                "subject": entry_of(w, "page").title,
            },
        ),
    log:
        f"{RESULTS}/{{paper}}/logs/page/{{page}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/page/{{page}}.tsv"
    group:
        "ending"
    resources:
        mem_mb=more(500),
        runtime=more(30),
    params:
        scripts=scripts,
        code=page_code,
        content=page_content,
        title=lambda w: entry_of(w, "page").title,
        caption=lambda w: captions.caption(entry_of(w, "page"), CONFIG[w.paper]),
    message:
        "Page of the web report: {wildcards.page}"
    shell:
        "python {params.scripts}/product.py {params.content} --title {params.title:q}"
        " --output - {output} --log {log}"


rule facts:
    """What the written report names and no other file holds."""
    input:
        unpack(lambda w: shipped_manifest(w.paper)),
        unpack(lambda w: judged(w.paper)),
        expected=f"{RESULTS}/{{paper}}/expected.json",
    output:
        f"{RESULTS}/{{paper}}/report/facts.json",
    log:
        f"{RESULTS}/{{paper}}/logs/facts.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/facts/facts.tsv"
    group:
        "ending"
    resources:
        mem_mb=more(500),
        runtime=more(30),
    params:
        scripts=scripts,
        code=code("emergence.report.facts"),
        arguments=lambda w, output: text_of(
            {"paper_folder": os.path.relpath(PAPERS[w.paper].folder)}
        ),
        files=lambda w, input: " ".join(
            shlex.join(["--input", name, path]) for name, path in input.items()
        ),
    message:
        "Collecting what the written report names"
    shell:
        "python {params.scripts}/product.py --function emergence.report.facts:build_facts"
        " --arguments {params.arguments:q} {params.files} --output - {output} --log {log}"


# After the manifest, whose costs it prints; what it makes is recorded for itself.
rule written_report:
    """The written report, results/{preset}/{paper}/report.pdf."""
    input:
        lambda w: outputs(w.paper),  # all that the manifest names is compared with it
        unpack(lambda w: shipped_manifest(w.paper)),
        manifest=f"{RESULTS}/{{paper}}/manifest.json",
    output:
        pdf=report(
            f"{RESULTS}/{{paper}}/report.pdf",
            caption="../report/written.rst",
            category="{paper}",
            labels={"document": "the written report"},
        ),
        cost=f"{RESULTS}/{{paper}}/report/cost.json",
        record=f"{RESULTS}/{{paper}}/report/record.json",
    log:
        f"{RESULTS}/{{paper}}/logs/report.log",
    group:
        "ending"
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        scripts=scripts,
        code=lambda w: meaning(
            "emergence.report.compiling", *report_sources(PAPERS[w.paper].folder)
        ),
        paper=folder_of,
        results=lambda w, output: Path(output.pdf).parent,
        watts=config["cost"]["watts_per_core"],
        shipped=lambda w, input: (
            f"--shipped {shlex.quote(input.shipped)}" if config["source"] != "train" else ""
        ),
    message:
        "Typesetting the written report of {wildcards.paper}"
    shell:
        "python {params.scripts}/report.py --paper {params.paper} --results {params.results}"
        " --manifest {input.manifest} {params.shipped} --watts-per-core {params.watts}"
        " --cost-output {output.cost} --output {output.pdf} --record-output {output.record}"
        " --log {log}"
