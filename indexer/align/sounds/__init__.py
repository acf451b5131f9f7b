"""Binding a sound tower to the hub: few recordings and their words, sounds made by rule, and much augmentation."""
