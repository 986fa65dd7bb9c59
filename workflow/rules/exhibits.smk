# Figures and tables: an entry of the paper names the tables that the module of its name shows.


def entry_of(w, exhibit):
    """What the paper declares of a job's figure, table or page."""
    name = w[exhibit]
    return PAPERS[w.paper].pages[name] if exhibit == "page" else PAPERS[w.paper].exhibits[name][2]


def exhibit_arguments(w, exhibit):
    """Arguments of an exhibit from the configuration, as JSON."""
    return text_of(papers.arguments_of(entry_of(w, exhibit), CONFIG[w.paper]))


def label_of(name):
    """How the web report lists an exhibit: the first number of its name, or the name."""
    digits = re.search(r"\d+", name)
    return str(int(digits[0])) if digits else name


rule figure:
    """One figure, PDF and PNG, from its tables."""
    input:
        unpack(lambda w: inputs_of(w.paper, entry_of(w, "figure").tables)),
    output:
        pdf=f"{RESULTS}/{{paper}}/figures/{{figure}}.pdf",
        png=report(
            f"{RESULTS}/{{paper}}/figures/{{figure}}.png",
            caption="../report/exhibit.rst",
            category="{paper}",
            subcategory="Figures",
            labels=lambda w: {
                "figure": label_of(w.figure),
                "subject": entry_of(w, "figure").title,
            },
        ),
    log:
        f"{RESULTS}/{{paper}}/logs/figure/{{figure}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/figure/{{figure}}.tsv"
    group:
        "exhibits"
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        scripts=scripts,
        code=lambda w: meaning(PAPERS[w.paper].exhibits[w.figure][1]),
        module=lambda w: PAPERS[w.paper].exhibits[w.figure][1],
        tables=lambda w: input_words(w.paper, entry_of(w, "figure").tables),
        arguments=lambda w: exhibit_arguments(w, "figure"),
        title=lambda w: entry_of(w, "figure").title,
        caption=lambda w: captions.caption(entry_of(w, "figure"), CONFIG[w.paper]),
    message:
        "Drawing {wildcards.figure}"
    shell:
        "python {params.scripts}/product.py --function {params.module}:draw {params.tables}"
        " --arguments {params.arguments:q} --output - {output.pdf} --output - {output.png} --log {log}"


rule table:
    """One table, CSV and Typst."""
    input:
        unpack(lambda w: inputs_of(w.paper, entry_of(w, "table").tables)),
    output:
        csv=f"{RESULTS}/{{paper}}/tables/{{table}}.csv",
        typst=f"{RESULTS}/{{paper}}/tables/{{table}}.typ",
    log:
        f"{RESULTS}/{{paper}}/logs/table/{{table}}.log",
    benchmark:
        f"{RESULTS}/{{paper}}/benchmarks/table/{{table}}.tsv"
    group:
        "exhibits"
    resources:
        mem_mb=more(1000),
        runtime=more(30),
    params:
        scripts=scripts,
        code=lambda w: meaning(PAPERS[w.paper].exhibits[w.table][1]),
        module=lambda w: PAPERS[w.paper].exhibits[w.table][1],
        tables=lambda w: input_words(w.paper, entry_of(w, "table").tables),
        arguments=lambda w: exhibit_arguments(w, "table"),
        seed=config["root_seed"],
    message:
        "Writing {wildcards.table}"
    shell:
        "python {params.scripts}/product.py --function {params.module}:build {params.tables}"
        " --arguments {params.arguments:q} --root-seed {params.seed} --stream tables {wildcards.table}"
        " --output - {output.csv} --output - {output.typst} --layout {params.module}:layout --log {log}"
