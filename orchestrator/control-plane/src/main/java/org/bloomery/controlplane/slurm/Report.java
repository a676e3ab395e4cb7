package org.bloomery.controlplane.slurm;

import java.util.function.Consumer;
import java.util.function.Function;

/** What a question has brought to light: all of it, or nothing that could be trusted. */
sealed interface Report<T> {

  /** The whole answer; a list without a row means that there is nothing. */
  record Clear<T>(T value) implements Report<T> {
    @Override
    public <R> R match(Function<T, R> clear, Function<String, R> unclear) {
      return clear.apply(value);
    }
  }

  /** No answer, or a damaged one: nothing may follow from it. */
  record Unclear<T>(String why) implements Report<T> {
    @Override
    public <R> R match(Function<T, R> clear, Function<String, R> unclear) {
      return unclear.apply(why);
    }
  }

  /** What follows from the answer, or from why there is none. */
  <R> R match(Function<T, R> clear, Function<String, R> unclear);

  /** Hands on the answer, or why there is none. */
  default void either(Consumer<T> clear, Consumer<String> unclear) {
    Runnable next = match(value -> () -> clear.accept(value), why -> () -> unclear.accept(why));
    next.run();
  }

  /** What a command's words mean, if it said anything. */
  static <T> Report<T> of(Answer answer, Function<Answer.Ended, Report<T>> reading) {
    if (answer instanceof Answer.Lost lost) {
      return new Unclear<>(lost.why());
    }
    if (answer instanceof Answer.NeverRan never) {
      return new Unclear<>(never.why());
    }
    return reading.apply((Answer.Ended) answer);
  }
}
