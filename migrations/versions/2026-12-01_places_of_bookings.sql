UPDATE bookings SET latitude = NULL, longitude = NULL
FROM offers, categories
WHERE offers.id = bookings.offer_id AND categories.id = offers.category_id
  AND categories.place <> 'provider' AND bookings.latitude IS NOT NULL;
