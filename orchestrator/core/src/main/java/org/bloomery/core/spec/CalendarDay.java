package org.bloomery.core.spec;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;
import java.util.regex.Pattern;

/** A day of the calendar: {@code 2022-07-28}. */
record CalendarDay() implements ScalarType<LocalDate> {
  static final Pattern FORM = Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}");

  @Override
  public <R> R match(Cases<R> cases) {
    return cases.calendarDay(this);
  }

  @Override
  public Optional<LocalDate> read(String text, Place place) {
    if (FORM.matcher(text).matches()) {
      try {
        return Optional.of(LocalDate.parse(text));
      } catch (DateTimeException noSuchDay) {
        // Said below, as for any other text.
      }
    }
    place.problem(
        SpecCode.NOT_A_DAY,
        Shown.quoted(text) + " is not a day",
        "Write year, month and day: 2022-07-28.");
    return Optional.empty();
  }
}
