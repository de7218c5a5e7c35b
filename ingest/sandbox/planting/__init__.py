"""How the company is planted: one SQL file per part of its life, over the word lists in `lexicon` and the rates in `money`."""
