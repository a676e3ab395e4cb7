package org.bloomery.core.spec;

/** The number format that the forward and backward passes compute in. */
public enum Precision implements SpecWord {
  /** Brain float: 2 bytes, no loss scaling needed. */
  BF16("bf16"),
  /** Half precision: 2 bytes, with loss scaling. */
  FP16("fp16"),
  /** Single precision: 4 bytes. */
  FP32("fp32");

  private final String word;

  Precision(String word) {
    this.word = word;
  }

  @Override
  public String word() {
    return word;
  }
}
