"""The query layer: expression -> terms -> one vector -> filtered search -> explained hits.

The way of a query, which ``search`` leads:

1. What is asked: `request` (`Query`, and keywords become one), `term` (one signed part), `terms` (from what users
   give), `expression` (the language), `slips` (what it lets pass and few mean), `likeness` (more like these).
2. Vectors: `resolve` (items looked up, files encoded, each once), with `naming` (items by id or path), `stored`
   (vectors that are there already), `upright` (how a file stands) and `vectors` (those that users give); `compose`
   (weighted terms -> one).
3. Rows: `engine` (what all of it is asked of), `candidates` (the modality, and the filter), `expansion` (asked again,
   nearer to what was found first), `nearest` (a search for arrays alone).
4. One order: `ranking`, by `fusion` (several rankings), `calibrate` and `background` (what scores mean), `diversity`
   and `bodies` (variety, one thing under several names).
5. Hits: `told` (rows -> hits), `hit`, `hits`, `metadata` (their columns), `explain` (why), `about` (what was asked);
   shown as `shown` words them, by `written` (JSON, CSV), `tables` (Parquet) and `notebook`; `copied` takes their files
   out.

`duplicates`, `zeroshot`, `listing`, `browse` and `counts` ask an index for something else: what repeats, which of some
names fits an item, all items of a kind, these by their paths or in another `order`, each an `item`, and how many there
are of each value of a column; `embedded` writes the items' vectors.
"""
