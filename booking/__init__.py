"""Time: appointments, the availability engine, the commands that change them, the client pages."""
