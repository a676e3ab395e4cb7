package org.bloomery.controlplane.zookeeper;

/** Durable state cannot be opened or must not be trusted; the message is written for people. */
public final class DurableStateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DurableStateException(String message) {
    super(message);
  }

  public DurableStateException(String message, Throwable cause) {
    super(message, cause);
  }
}
