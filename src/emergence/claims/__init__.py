"""The paper's claims as data: each is measured, judged, and never dropped."""
