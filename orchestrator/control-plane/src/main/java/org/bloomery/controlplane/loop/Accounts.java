package org.bloomery.controlplane.loop;

import java.time.Instant;
import java.util.List;
import org.bloomery.core.budget.Payer;
import org.bloomery.core.budget.Purse;
import org.bloomery.core.run.Run;

/** What the loops must know of the accounts that pay for their runs. */
interface Accounts {
  /** Nobody limits anything. */
  Accounts NONE =
      new Accounts() {
        @Override
        public void note(Run run) {}

        @Override
        public void allNoted() {}

        @Override
        public List<Purse> purses(Payer payer, Instant now) {
          return List.of();
        }
      };

  /** Takes in what a run has been billed and holds back, each time that its state is new. */
  void note(Run run);

  /** From now on each run that holds something back was noted. */
  void allNoted();

  /** What pays, the widest purse first; none where nobody limits the payer. */
  List<Purse> purses(Payer payer, Instant now);
}
