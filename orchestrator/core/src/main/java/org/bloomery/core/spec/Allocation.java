package org.bloomery.core.spec;

import java.time.LocalDate;
import java.util.List;
import org.bloomery.core.ledger.GpuSeconds;

/**
 * GPU-hours that were granted to an account for a time.
 *
 * @param account as in {@code metadata.account} of the runs that it pays for
 * @param cluster the name of a {@link ClusterProfile}
 * @param gpuType the type of device that they are granted for, such as {@code a100}
 * @param from the first day
 * @param to the last day
 * @param warnAt shares of the grant whose use people are told of, from the smallest on
 * @param overdraft share of the grant that may be used beyond it; 0 means that it ends there
 * @param carryOver share of what the allocation before it leaves over that is added to this one
 * @param shares what teams, and users in them, may use of it at most; others are not bound
 */
public record Allocation(
    String name,
    String account,
    String cluster,
    String gpuType,
    LocalDate from,
    LocalDate to,
    GpuSeconds granted,
    List<Double> warnAt,
    double overdraft,
    double carryOver,
    List<AllocationShare> shares) {
  public Allocation {
    warnAt = List.copyOf(warnAt);
    shares = List.copyOf(shares);
  }
}
