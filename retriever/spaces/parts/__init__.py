"""What the towers of published checkpoints are made of, and what comes before them: trunks, blocks, words, mels."""
