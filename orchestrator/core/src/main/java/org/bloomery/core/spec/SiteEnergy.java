package org.bloomery.core.spec;

/**
 * What turns a device's power into a footprint.
 *
 * @param carbonGramsPerKwh CO2 equivalents of the site's electricity
 * @param pue power usage effectiveness: the whole site's power for each watt that computes
 */
public record SiteEnergy(Sourced carbonGramsPerKwh, Sourced pue) {}
