"""What several predictors are made of."""
