package org.bloomery.core.budget;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.bloomery.core.ledger.GpuSeconds;
import org.bloomery.core.spec.Allocation;
import org.bloomery.core.spec.AllocationShare;

/**
 * An allocation as it was granted, with all that was credited and debited since.
 *
 * @param grant the allocation's document as it was set last
 * @param movements oldest first
 * @param version how often it was written; 0 if never
 */
public record Budget(Allocation grant, List<Movement> movements, long version) {
  /** More would not fit into one record; set the grant anew to begin with fewer. */
  public static final int MOVEMENTS_MAX = 200;

  public Budget {
    movements = List.copyOf(movements);
  }

  /** An allocation that was never changed. */
  public static Budget of(Allocation grant) {
    return new Budget(grant, List.of(), 0);
  }

  /** The same with another grant; what was moved stays. */
  public Budget granting(Allocation changed) {
    return new Budget(changed, movements, version);
  }

  /** With one more movement. */
  public Budget with(Movement movement) {
    if (movements.size() >= MOVEMENTS_MAX) {
      throw new IllegalStateException(
          "allocation " + grant.name() + " has " + MOVEMENTS_MAX + " credits and debits already");
    }
    List<Movement> more = new ArrayList<>(movements);
    more.add(movement);
    return new Budget(grant, more, version);
  }

  /** The same content as the next version. */
  public Budget next() {
    return new Budget(grant, movements, version + 1);
  }

  /** The movement that was asked for under this id. */
  public Optional<Movement> movement(String id) {
    return movements.stream().filter(one -> one.id().equals(Optional.of(id))).findFirst();
  }

  public GpuSeconds moved(Movement.Kind kind) {
    return movements.stream()
        .filter(movement -> movement.kind() == kind)
        .map(Movement::amount)
        .reduce(GpuSeconds.ZERO, GpuSeconds::plus);
  }

  /**
   * What may be used in all, its overdraft included.
   *
   * @param carriedOver what the allocation before it has left to this one
   */
  public GpuSeconds limit(GpuSeconds carriedOver) {
    long whole = whole(carriedOver).value();
    return new GpuSeconds(whole + Math.round(grant.overdraft() * whole));
  }

  /** The grant with what was carried over, credited and debited: what warnings and shares mean. */
  public GpuSeconds whole(GpuSeconds carriedOver) {
    long whole =
        grant.granted().value()
            + carriedOver.value()
            + moved(Movement.Kind.CREDIT).value()
            - moved(Movement.Kind.DEBIT).value();
    return new GpuSeconds(Math.max(0, whole));
  }

  /** Whether jobs of this payer are paid from it, on whatever day. */
  public boolean isFor(Payer payer) {
    return grant.account().equals(payer.account())
        && grant.cluster().equals(payer.cluster())
        && isOfType(payer.deviceType());
  }

  /** An allocation for {@code a100} is one for {@code a100-80gb}, too. */
  private boolean isOfType(String deviceType) {
    return deviceType.equals(grant.gpuType()) || deviceType.startsWith(grant.gpuType() + "-");
  }

  public boolean contains(LocalDate day) {
    return !day.isBefore(grant.from()) && !day.isAfter(grant.to());
  }

  /** Whether its period follows another's, of the same account and devices. */
  public boolean follows(Budget other) {
    return other.grant.account().equals(grant.account())
        && other.grant.cluster().equals(grant.cluster())
        && other.grant.gpuType().equals(grant.gpuType())
        && other.grant.to().plusDays(1).equals(grant.from());
  }

  /** The shares that a payer is bound by, the widest first. */
  public List<Bound> bounds(Payer payer) {
    List<Bound> bounds = new ArrayList<>();
    bounds.add(all());
    collect(grant.shares(), all(), payer, bounds);
    return bounds;
  }

  /** The whole of it. */
  public Bound all() {
    return new Bound(grant.name(), Optional.empty(), Optional.empty(), 1);
  }

  /** The whole of it, then all its shares, each before the shares in it. */
  public List<Bound> parts() {
    List<Bound> parts = new ArrayList<>(List.of(all()));
    for (AllocationShare team : grant.shares()) {
      Bound bound = all().narrowedTo(team);
      parts.add(bound);
      team.within().forEach(user -> parts.add(bound.narrowedTo(user)));
    }
    return parts;
  }

  private static void collect(
      List<AllocationShare> shares, Bound within, Payer payer, List<Bound> bounds) {
    for (AllocationShare share : shares) {
      Bound bound = within.narrowedTo(share);
      if (bound.holdsFor(payer.team(), payer.user())) {
        bounds.add(bound);
        collect(share.within(), bound, payer, bounds);
      }
    }
  }

  /**
   * A part of an allocation that only some may use.
   *
   * @param words how people call it
   * @param fraction of the whole allocation
   */
  public record Bound(String words, Optional<String> team, Optional<String> user, double fraction) {

    private Bound narrowedTo(AllocationShare share) {
      boolean isTeam = share.kind() == AllocationShare.Kind.TEAM;
      return new Bound(
          words + ", " + share.kind().word() + " " + share.name(),
          isTeam ? Optional.of(share.name()) : team,
          isTeam ? user : Optional.of(share.name()),
          fraction * share.share());
    }

    /** Whether what these use counts in it. */
    public boolean holdsFor(String oneTeam, String oneUser) {
      return team.map(oneTeam::equals).orElse(true) && user.map(oneUser::equals).orElse(true);
    }
  }
}
