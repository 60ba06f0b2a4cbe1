"""The Flask backend: one folder per thing people talk about. May use `sync`; `sync` never uses it."""
