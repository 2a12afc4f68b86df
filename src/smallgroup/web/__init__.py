"""The portal: Django over the same functions that the command line calls. The only folder that imports Django."""
