package org.bloomery.core.slurm;

import java.time.ZoneId;
import java.util.Optional;
import java.util.OptionalLong;
import org.bloomery.core.ledger.BillingRule;
import org.bloomery.core.spec.ClusterProfile;
import org.bloomery.core.spec.Partition;

/**
 * What must be known of the place that an accounting table comes from.
 *
 * @param cluster the name of a cluster profile
 * @param zone of its local times; does not matter where the table has seconds since 1970
 * @param terms what the profile says about a partition
 */
public record AccountingSite(String cluster, ZoneId zone, Terms terms) {

  /** A place with a profile. */
  public static AccountingSite of(ClusterProfile profile, ZoneId zone) {
    Terms terms =
        new Terms() {
          @Override
          public OptionalLong chargedDevices(String partition, BillingRule.Given given) {
            return profile.chargedDevices(partition, given);
          }

          @Override
          public Optional<String> accountSuffix(String partition) {
            return profile.partition(Optional.of(partition)).flatMap(Partition::accountSuffix);
          }
        };
    return new AccountingSite(profile.name(), zone, terms);
  }

  /** What a profile says about its partitions. */
  public interface Terms {
    /** The devices to charge for; empty for a partition that is not known. */
    OptionalLong chargedDevices(String partition, BillingRule.Given given);

    /** With what the names of accounts end that compute there, such as {@code @a100}. */
    Optional<String> accountSuffix(String partition);
  }

  /** The account without the suffix that the site adds for a kind of device. */
  String account(String slurmAccount, String partition) {
    return terms
        .accountSuffix(partition)
        .filter(slurmAccount::endsWith)
        .map(suffix -> slurmAccount.substring(0, slurmAccount.length() - suffix.length()))
        .orElse(slurmAccount);
  }
}
