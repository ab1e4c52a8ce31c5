"""The record of labels: Optuna's storage in a journal file, SQLite or a database server."""
