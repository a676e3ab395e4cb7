package org.bloomery.core.plan;

import java.util.Optional;
import java.util.OptionalDouble;
import org.bloomery.core.spec.SiteEnergy;
import org.bloomery.core.spec.Sourced;

/**
 * Energy and footprint of GPU-hours, with every factor: {@code hours x watts x pue / 1000} kWh.
 * Boards are taken at full load; processors, memory, idle nodes and the making of the machine are
 * not in it.
 *
 * @param gpuHours that it counts
 * @param boardWatts of one device
 * @param pue power usage effectiveness; absent where the site says nothing, and then not counted
 * @param carbonGramsPerKwh absent likewise
 * @param carbonKilograms CO2 equivalents, where their factor is known
 */
public record EnergyEstimate(
    double gpuHours,
    double boardWatts,
    Optional<Sourced> pue,
    Optional<Sourced> carbonGramsPerKwh,
    double kilowattHours,
    OptionalDouble carbonKilograms) {

  /** An estimate; without a site's factors only what the boards draw. */
  public static EnergyEstimate of(double gpuHours, double boardWatts, Optional<SiteEnergy> site) {
    double pue = site.map(SiteEnergy::pue).map(Sourced::value).orElse(1.0);
    double energy = gpuHours * boardWatts * pue / 1000;
    Optional<Sourced> carbon = site.map(SiteEnergy::carbonGramsPerKwh);
    return new EnergyEstimate(
        gpuHours,
        boardWatts,
        site.map(SiteEnergy::pue),
        carbon,
        energy,
        carbon
            .map(grams -> OptionalDouble.of(energy * grams.value() / 1000))
            .orElseGet(OptionalDouble::empty));
  }
}
