"""The staff desk and the browser chat: server-rendered pages over the record."""
