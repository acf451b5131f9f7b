"""What is drawn without a graphics card: the renderer, and thumbnails of files."""
