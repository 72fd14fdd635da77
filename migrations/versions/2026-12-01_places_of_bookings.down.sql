-- The offer's point as it is now: bookings made before it moved had another one.
UPDATE bookings SET latitude = offers.latitude, longitude = offers.longitude
FROM offers, categories
WHERE offers.id = bookings.offer_id AND categories.id = offers.category_id
  AND categories.place <> 'provider' AND bookings.latitude IS NULL;
