package org.bloomery.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import org.bloomery.core.port.RunStore;
import org.junit.jupiter.api.Test;

/** Many seeds together. */
class CampaignTest {
  @Test
  void aSeedWhoseWorldHasAFlawIsNamedAndTheOthersArePlayed() throws InterruptedException {
    Campaign campaign = Campaign.ofSeeds(1, 3, seed -> seed == 2 ? FLAWED : Seams.NONE);

    assertThat(campaign.seeds()).isEqualTo(3);
    assertThat(campaign.broken())
        .singleElement()
        .satisfies(
            broken -> {
              assertThat(broken.seed()).isEqualTo(2);
              assertThat(broken.violation().orElseThrow().toString())
                  .contains("a flaw of the world")
                  .contains("CampaignTest");
            });
  }

  private static final Seams FLAWED =
      new Seams() {
        @Override
        public RunStore store(RunStore store) {
          throw new IllegalStateException("a flaw of the world");
        }
      };
}
