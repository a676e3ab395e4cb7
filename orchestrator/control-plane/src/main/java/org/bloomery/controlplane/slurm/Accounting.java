package org.bloomery.controlplane.slurm;

import java.util.List;

/** What accounting has said in one look. */
sealed interface Accounting {

  /** It answered; a job without a row has none yet, or was never asked for. */
  record Known(List<AccountingRow> rows) implements Accounting {
    public Known {
      rows = List.copyOf(rows);
    }
  }

  /** It did not answer, and may do so later. */
  record Silent(String why) implements Accounting {}

  /** There is none, or it has been silent for so long that ends are judged without it. */
  record Off(String why) implements Accounting {}
}
