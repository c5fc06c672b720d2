# The negative binomial model of the race in R, one thread.
#   Rscript race_numbers.R cells FILE   read and grouped by data.table, fitted on cells
#   Rscript race_numbers.R rows FILE    read by data.table, fitted row by row
# A cell keeps the count itself in its key, so that n is a weight and the
# likelihood is that of the rows.
suppressPackageStartupMessages({
  library(data.table)
  library(MASS)
})
setDTthreads(1)
given <- commandArgs(trailingOnly = TRUE)
wanted <- c("post", "t", "age", "sex", "imd", "days", "y")
rows <- fread(given[2], select = wanted, showProgress = FALSE)
model <- y ~ post + t + factor(age) + sex + factor(imd) + offset(log(days / 30))
if (given[1] == "cells") {
  cells <- rows[, .(n = .N), by = wanted]
  rm(rows)
  fit <- glm.nb(model, data = cells, weights = n)
} else {
  fit <- glm.nb(model, data = rows)
}
coefficients <- coef(fit)
names(coefficients) <- gsub("factor\\((age|imd)\\)", "\\1 ", names(coefficients))
names(coefficients)[1] <- "constant"
invisible(summary(fit))
for (name in names(coefficients)) cat(sprintf("%s\t%.15g\n", name, coefficients[[name]]))
cat(sprintf("theta\t%.15g\n", fit$theta))
