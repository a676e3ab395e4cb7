package org.bloomery.core.plan;

/** Why a plan believes in a speed, from the firmest ground to the softest. */
public enum SpeedBasis {
  /** The run itself has taken this long. */
  MEASURED("measured", "measured by this run"),
  /** Whoever asked for the plan named it. */
  GIVEN("given", "as given, the same at every batch"),
  /** Trainings like this one were published for this type of device. */
  CALIBRATED("calibrated", "calibrated on published trainings"),
  /** Trainings were published for this type of device, but of wider or narrower layers. */
  EXTRAPOLATED(
      "extrapolated", "extrapolated: no published training has layers this narrow or wide"),
  /** The cluster's profile says what trainings sustain there. */
  SITE("site", "what the site's profile says, the same at every batch"),
  /** Nothing is known but the maker's sheet. */
  DEFAULT_EFFICIENCY("default-efficiency", "NOT CALIBRATED: 47 % of the device's peak");

  private final String word;
  private final String sentence;

  SpeedBasis(String word, String sentence) {
    this.word = word;
    this.sentence = sentence;
  }

  /** As JSON has it; stable. */
  public String word() {
    return word;
  }

  /** For people. */
  public String sentence() {
    return sentence;
  }
}
