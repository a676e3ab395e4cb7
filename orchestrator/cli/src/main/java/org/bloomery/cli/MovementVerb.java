package org.bloomery.cli;

import java.util.UUID;
import org.bloomery.controlplane.api.ApiException;
import org.bloomery.controlplane.api.BudgetMovement;
import org.bloomery.controlplane.api.BudgetView;
import org.bloomery.core.budget.Movement;
import org.bloomery.core.ledger.GpuSeconds;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** A command that adds GPU-hours to an allocation or takes some from it. */
abstract class MovementVerb extends Verb {
  private final Movement.Kind kind;

  @Parameters(index = "0", paramLabel = "ALLOCATION", description = "The allocation's name.")
  private String allocation;

  @Parameters(
      index = "1",
      paramLabel = "HOURS",
      converter = Hours.class,
      description = "GPU-hours, such as 100_000.")
  private GpuSeconds amount;

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      defaultValue = "",
      description = "One line for whoever reads the account.")
  private String reason;

  @Option(
      names = "--id",
      paramLabel = "ID",
      description = "Of this very movement: repeated with the same one, it counts once.")
  private String id;

  MovementVerb(Session session, Movement.Kind kind) {
    super(session);
    this.kind = kind;
  }

  @Override
  public final Integer call() {
    String unique = id == null ? UUID.randomUUID().toString() : id;
    BudgetMovement asked = new BudgetMovement(unique, allocation, kind, amount, reason);
    BudgetView view = move(asked);
    session().show(view, () -> BudgetScreen.of(view));
    return DONE;
  }

  private BudgetView move(BudgetMovement asked) {
    try {
      return session().controlPlane().ledger().move(asked, "");
    } catch (ApiException e) {
      if (e.kind() != ApiException.Kind.UNAVAILABLE) {
        throw e;
      }
      throw new ApiException(
          e.kind(), e.getMessage() + " Repeated with --id " + asked.id() + ", it counts once.");
    }
  }

  /** Reads GPU-hours as they are typed. */
  static final class Hours implements ITypeConverter<GpuSeconds> {
    @Override
    public GpuSeconds convert(String text) {
      if (!text.matches("[0-9][0-9_]{0,14}([.][0-9]{1,6})?")) {
        throw new TypeConversionException("write GPU-hours as 100_000 or 0.5");
      }
      return GpuSeconds.ofHours(Double.parseDouble(text.replace("_", "")));
    }
  }
}
