# Starting over: the one rule that deletes.


# No inputs or outputs: it asks nothing, and Snakemake's metadata of deleted files does no harm.
rule clean_results:
    """Delete this preset's folder results/{preset}, checkpoints included; asks nothing."""
    log:
        f".snakemake/log/clean_results_{config['preset']}.log",
    localrule: True
    params:
        scripts=scripts,
        results=RESULTS,
    message:
        "Deleting the results of this preset"
    shell:
        "python {params.scripts}/clean_results.py --results {params.results} --locks .snakemake/locks"
        " --log {log}"
