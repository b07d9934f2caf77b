insert into product values
  ('cup',    'Coffee cup',     1250, 40),
  ('kettle', 'Kettle, 1.7 l',  4990,  5),
  ('last',   'The last one',  99900,  1);
insert into customer (email) values ('alice@example.org'), ('bob@example.org');
