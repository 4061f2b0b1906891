"""Write digits_logits.csv: what a real classifier says of 1,797 handwritten digits.

A multinomial logistic regression on the UCI digits that scikit-learn ships, fit on the first half
of the images, so that it errs on the second. A line holds the true class in words, then the ten
logits, each as the shortest text that reads back to the same double. The images keep their order.

    python tests/data/make_digits_logits.py

Made with Python 3.11.7, NumPy 2.4.6, SciPy 1.17.1 and scikit-learn 1.9.1 on x86-64; there, running
it again writes the same bytes. Another version or another BLAS may change the last digits.
"""

import csv
from pathlib import Path

from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

CLASSES = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def digits_logits() -> tuple[list[str], NDArray]:
    """Fit the first half; return every image's true class and its logits (images, classes)."""
    pixels, digits = load_digits(return_X_y=True)
    half = len(digits) // 2
    # The order in which threads add is not fixed; one thread's is.
    with threadpool_limits(limits=1):
        model = LogisticRegression(C=1.0, max_iter=5000).fit(pixels[:half], digits[:half])
        logits = model.decision_function(pixels)
    return [CLASSES[digit] for digit in digits], logits


def main() -> None:
    """Write the file beside this script."""
    path = Path(__file__).with_name("digits_logits.csv")
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["label", *CLASSES])
        for label, row in zip(*digits_logits(), strict=True):
            writer.writerow([label, *row.tolist()])


if __name__ == "__main__":
    main()
