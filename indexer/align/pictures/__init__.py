"""Training pictures: meshes rendered, photos, and how both vary from draw to draw.

``python -m indexer.align.pictures --data FOLDER --out FOLDER`` trains the image tower of `mini`.
"""
