#!/usr/bin/env Rscript
# usage: Rscript glmmtmb_top.R > glmmtmb_top.json   (in the folder of count_panel.csv)
# The negative binomial with an intercept for each practice, as in expected_r.json, but
# carried to the top of its own likelihood: glmmTMB's optimiser stops where the gradient is
# still 5e-3 ("singular convergence"), so Newton steps go on from there with glmmTMB's own
# gradient until it is nought.
suppressMessages(library(glmmTMB))
d <- read.csv("count_panel.csv"); d$pf <- factor(d$practice)
m <- suppressWarnings(glmmTMB(y ~ post + t + factor(age) + sex + factor(imd) + offset(log(days / 30)) + (1 | pf),
                              family = nbinom2, data = d))
p <- m$fit$par
for (i in 1:50) {
  s <- solve(optimHess(p, m$obj$fn, m$obj$gr), as.vector(m$obj$gr(p)))
  p <- p - s
  if (max(abs(s)) < 1e-13) break
}
se <- sqrt(diag(solve(optimHess(p, m$obj$fn, m$obj$gr))))
coef <- p[names(p) == "beta"]; n <- names(fixef(m)$cond)
pairs <- function(x) paste(sprintf('  "%s": %.17g', n, x), collapse = ",\n")
cat(sprintf('{"coef": {\n%s\n},\n"se": {\n%s\n},\n"theta": %.17g,\n"sd_practice": %.17g,\n"loglik": %.17g,\n"gradient_where_glmmTMB_stops": %.3g,\n"gradient": %.3g,\n"tool": "%s, glmmTMB %s"}\n',
            pairs(coef), pairs(se[names(p) == "beta"]), exp(p[names(p) == "betad"]), exp(p[names(p) == "theta"]),
            -m$obj$fn(p), max(abs(m$obj$gr(m$fit$par))), max(abs(m$obj$gr(p))), R.version.string, packageVersion("glmmTMB")))
