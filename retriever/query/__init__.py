"""The query layer: expression -> terms -> one vector -> filtered search -> explained hits."""
