package org.bloomery.core.spec;

/** What fp16 multiplies the loss with, so that small gradients do not become zero. */
public sealed interface LossScale {

  /**
   * The same factor all the time.
   *
   * @param factor a power of two in most recipes
   */
  record Fixed(double factor) implements LossScale {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.fixed(this);
    }
  }

  /**
   * A factor that is halved when gradients overflow, and doubled after a while without.
   *
   * @param initialPower the first factor is two to this power
   * @param window iterations without overflow before it is doubled
   * @param hysteresis overflows before it is halved
   * @param minimum it never falls below
   */
  record Dynamic(int initialPower, int window, int hysteresis, double minimum)
      implements LossScale {
    @Override
    public <R> R match(Cases<R> cases) {
      return cases.dynamic(this);
    }
  }

  /** One answer for each kind. */
  interface Cases<R> {
    R fixed(Fixed scale);

    R dynamic(Dynamic scale);
  }

  <R> R match(Cases<R> cases);
}
