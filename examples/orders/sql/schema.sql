-- Makes an empty shop.
create table product (
  sku    text primary key,
  name   text not null,
  cents  integer not null check (cents > 0),
  stock  integer not null check (stock >= 0)
);

create table customer (
  id     integer generated always as identity primary key,
  email  text not null unique check (email like '%_@_%')
);

create table "order" (
  id        integer generated always as identity primary key,
  customer  integer not null references customer,
  state     text not null default 'open' check (state in ('open', 'paid', 'shipped')),
  placed    timestamptz not null default now()
);

create table order_line (
  "order"   integer not null references "order" on delete cascade,
  sku       text not null references product,
  quantity  integer not null check (quantity > 0),
  cents     integer not null,
  primary key ("order", sku)
);

create view order_total as
  select "order", sum(quantity * cents)::integer as cents from order_line group by "order";

-- Takes the goods from stock and writes the line, at the price of the moment.
create function add_line(into_order integer, wanted text, pieces integer) returns void language sql as $$
  update product set stock = stock - pieces where sku = wanted;
  insert into order_line select into_order, sku, pieces, cents from product where sku = wanted;
$$;
