# One timed fit of an R package, for benchmarks/mixed_models.py.
#
#   Rscript peers.R versions
#   Rscript peers.R fit NAME data.csv REPEATS
#
# Prints "seconds estimate se": processor time of the fit and of one contrast (the difference
# between the arms at the last visit), that contrast and its standard error. The first run loads
# what is needed; when it took less than five seconds, the median of REPEATS further runs counts
# (of one, when it took more than one second). Exits with 3 when a package is not installed.

formula <- pain ~ visitf + d1 + d2 + d3 + d4 + d5 + d6 + d7 + d8 + d9
with_random <- update(formula, ~ . + (1 + t | id))
last <- "d9"

one <- function(names) as.numeric(names == last)

of_mmrm <- function(fit) {
  found <- mmrm::df_1d(fit, one(names(mmrm::component(fit, "beta_est"))))
  c(found$est, found$se)
}

of_lmer <- function(method) function(fit) {
  found <- lmerTest::contest1D(fit, one(names(lme4::fixef(fit))), ddf = method)
  c(found[["Estimate"]], found[["Std. Error"]])
}

fits <- list(
  "mmrm, us, Satterthwaite" = list(
    needs = "mmrm",
    fit = function(d) mmrm::mmrm(update(formula, ~ . + us(visitf | id)), data = d),
    contrast = of_mmrm
  ),
  "mmrm, us, linear Kenward-Roger" = list(
    needs = "mmrm",
    fit = function(d) mmrm::mmrm(
      update(formula, ~ . + us(visitf | id)), data = d,
      method = "Kenward-Roger", vcov = "Kenward-Roger-Linear"
    ),
    contrast = of_mmrm
  ),
  "lmerTest, random slope, Satterthwaite" = list(
    needs = "lmerTest",
    fit = function(d) lmerTest::lmer(with_random, data = d),
    contrast = of_lmer("Satterthwaite")
  ),
  "lmerTest, random slope, Kenward-Roger" = list(
    needs = c("lmerTest", "pbkrtest"),
    fit = function(d) lmerTest::lmer(with_random, data = d),
    contrast = of_lmer("Kenward-Roger")
  ),
  "lme4, random slope, no df" = list(
    needs = "lme4",
    fit = function(d) lme4::lmer(with_random, data = d),
    contrast = function(fit) summary(fit)$coefficients[last, 1:2]
  ),
  "glmmTMB, us, no df" = list(
    needs = "glmmTMB",
    fit = function(d) glmmTMB::glmmTMB(
      update(formula, ~ . + us(0 + visitf | id)), data = d, dispformula = ~0, REML = TRUE
    ),
    contrast = function(fit) summary(fit)$coefficients$cond[last, 1:2]
  ),
  "nlme gls, us, no df" = list(
    needs = "nlme",
    fit = function(d) nlme::gls(
      formula, data = d,
      correlation = nlme::corSymm(form = ~ order | id),
      weights = nlme::varIdent(form = ~ 1 | visitf)
    ),
    contrast = function(fit) summary(fit)$tTable[last, 1:2]
  )
)

arguments <- commandArgs(trailingOnly = TRUE)
installed <- function(package) nzchar(system.file(package = package))

if (arguments[1] == "versions") {
  cat("R", as.character(getRversion()), "\n")
  cat("BLAS", if (grepl("openblas", La_library())) "OpenBLAS" else "reference", "\n")
  for (package in c("mmrm", "lme4", "lmerTest", "pbkrtest", "glmmTMB", "nlme", "TMB", "Matrix")) {
    if (installed(package)) cat(package, as.character(packageVersion(package)), "\n")
  }
  quit()
}

chosen <- fits[[arguments[2]]]
if (!all(vapply(chosen$needs, installed, logical(1)))) quit(status = 3)
d <- read.csv(arguments[3])
d$visitf <- factor(d$visit)
d$id <- factor(d$id)
d$order <- d$visit + 1L

run <- function() {
  time <- system.time({
    fit <- suppressMessages(suppressWarnings(chosen$fit(d)))
    found <- chosen$contrast(fit)
  })
  c(time[["user.self"]] + time[["sys.self"]], found)
}

first <- run()
seconds <- first[1]
if (seconds < 5) {
  times <- if (seconds < 1) as.integer(arguments[4]) else 1L
  seconds <- median(vapply(seq_len(times), function(i) run()[1], numeric(1)))
}
cat(format(c(seconds, first[2], first[3]), digits = 10), "\n")
