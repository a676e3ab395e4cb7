package org.bloomery.simulation;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import org.bloomery.core.port.LedgerStore;
import org.bloomery.core.port.ResourceManager;
import org.bloomery.core.port.RunStore;

/**
 * Counts the moments around everything that the control plane does to the world outside, and kills
 * it at a chosen one.
 */
final class CrashPoints {
  /** The control plane is gone: nobody may catch this but the test. */
  static final class Crash extends Error {
    private static final long serialVersionUID = 1L;

    Crash(String where) {
      super(where);
    }
  }

  /** What changes something outside. */
  private static final List<String> CHANGES =
      List.of(
          "create",
          "record",
          "recordNodes",
          "submit",
          "cancel",
          "hold",
          "release",
          "exclude",
          "append",
          "recordBudget");

  /** So many looks after a change are counted, too: by then all of its files are written. */
  private static final int LOOKS = 2;

  private final int fatal;
  private final List<String> reached = new ArrayList<>();
  private int looksToCount;

  private CrashPoints(int fatal) {
    this.fatal = fatal;
  }

  static CrashPoints none() {
    return new CrashPoints(-1);
  }

  /** Kills at the n-th moment, counted from 0. */
  static CrashPoints at(int n) {
    return new CrashPoints(n);
  }

  /** All moments so far, in words. */
  List<String> reached() {
    return List.copyOf(reached);
  }

  RunStore around(RunStore store) {
    return around(RunStore.class, store);
  }

  LedgerStore around(LedgerStore store) {
    return around(LedgerStore.class, store);
  }

  ResourceManager around(ResourceManager resourceManager) {
    return around(ResourceManager.class, resourceManager);
  }

  private <T> T around(Class<T> port, T real) {
    Object proxy =
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (self, method, arguments) -> {
              boolean changes = CHANGES.contains(method.getName());
              if (changes) {
                pass("before " + method.getName());
                looksToCount = LOOKS;
              } else if (method.getName().equals("observe") && looksToCount > 0) {
                looksToCount--;
                pass("before " + method.getName());
              }
              Object answer;
              try {
                answer = method.invoke(real, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
              if (changes) {
                pass("after " + method.getName());
              }
              return answer;
            });
    return port.cast(proxy);
  }

  private void pass(String moment) {
    reached.add(moment);
    if (reached.size() - 1 == fatal) {
      throw new Crash("moment " + fatal + ", " + moment);
    }
  }
}
