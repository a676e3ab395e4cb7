package org.bloomery.controlplane.api;

import org.bloomery.core.budget.Movement;
import org.bloomery.core.ledger.GpuSeconds;

/**
 * Asks to credit or debit an allocation.
 *
 * @param id anything that no other movement has: asked for again, it counts once
 * @param allocation its name
 * @param why one line for whoever reads the account
 */
public record BudgetMovement(
    String id, String allocation, Movement.Kind kind, GpuSeconds amount, String why) {}
