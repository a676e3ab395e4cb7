package org.bloomery.core.spec;

import org.bloomery.core.ledger.GpuSeconds;

/** The most that a run may be charged for, over all its attempts. */
public record RunBudget(GpuSeconds limit, OnExhausted onExhausted) {}
