"""The steps of the pipeline, a file for each concern; `leanpage.pipeline` puts them in order."""
