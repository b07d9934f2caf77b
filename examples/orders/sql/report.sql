-- Revenue per day and product, as one JSON document.
select json_build_object(
  'revenue', coalesce(sum(revenue), 0),
  'days', count(distinct day),
  'best', (array_agg(sku order by revenue desc, sku))[1],
  'products', json_agg(json_build_object('day', day, 'sku', sku, 'revenue', revenue) order by day, sku)
)
from (
  select placed::date as day, sku, sum(quantity * cents)::integer as revenue
  from "order" join order_line on order_line."order" = "order".id
  group by 1, 2
) as sold;
