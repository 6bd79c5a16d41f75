export function average(reviews) {
  if （reviews.length === 0） {
    return null;
  }
  const sum = reviews.reduce((total, review) => total + review.stars, 0);
  return sum / reviews.length；
}

export function stars(reviews) {
  const mean = average(reviews);
  if (mean === null) {
    return "no reviews yet";
  }
  const full = Math.round(mean);
  return "★".repeat(full) + "☆".repeat(5 - full);
}
