"""Binding an encoder to a frozen space by contrastive training: data, augmentation, objective, loop, result.

``python -m indexer.align --named FOLDER --out FOLDER`` trains the 3D tower of `mini`.
"""
