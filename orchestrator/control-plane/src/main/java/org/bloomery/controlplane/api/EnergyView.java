package org.bloomery.controlplane.api;

import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import org.bloomery.core.plan.EnergyEstimate;
import org.bloomery.core.spec.Sourced;

/**
 * Energy and footprint of GPU-hours on one kind of device, with every factor.
 *
 * @param gpuHours as allocated
 * @param pue absent where the site says nothing, and then not counted
 * @param carbonKilograms CO2 equivalents, where their factor is known
 */
public record EnergyView(
    String cluster,
    String partition,
    double gpuHours,
    double boardWatts,
    Optional<Sourced> pue,
    Optional<Sourced> carbonGramsPerKwh,
    double kilowattHours,
    OptionalDouble carbonKilograms) {

  /** What an estimate says of a partition. */
  public static EnergyView of(String cluster, String partition, EnergyEstimate estimate) {
    return new EnergyView(
        cluster,
        partition,
        estimate.gpuHours(),
        estimate.boardWatts(),
        estimate.pue(),
        estimate.carbonGramsPerKwh(),
        estimate.kilowattHours(),
        estimate.carbonKilograms());
  }

  /** The whole calculation in one line. */
  public String words() {
    String energy =
        String.format(
            Locale.ROOT,
            "%s %s: %,.2f GPU-hours x %.0f W%s = %,.2f kWh",
            cluster,
            partition,
            gpuHours,
            boardWatts,
            pue.map(factor -> " x PUE " + factor.value() + " (" + factor.source() + ")").orElse(""),
            kilowattHours);
    return carbonKilograms.isEmpty()
        ? energy
        : energy
            + String.format(
                Locale.ROOT,
                " x %.0f g (%s) = %,.2f kg CO2eq",
                carbonGramsPerKwh.orElseThrow().value(),
                carbonGramsPerKwh.orElseThrow().source(),
                carbonKilograms.getAsDouble());
  }
}
