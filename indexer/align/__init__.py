"""Binding an encoder to a frozen space by contrastive training: data, augmentation, objective, loop, result.

``python -m indexer.align --data FOLDER --out FOLDER`` trains the towers of `mini`.
"""
